/** The few parts of the WebAssembly API that we use; the rest comes only with the browser's types. */
declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  interface Global {
    readonly value: number | bigint;
  }
  class Module {
    constructor(bytes: Uint8Array);
    readonly brand?: never;
  }
  class Instance {
    constructor(module: Module, imports: object);
    readonly exports: object;
  }
  function compile(bytes: Uint8Array): Promise<Module>;
  function instantiate(module: Module, imports: object): Promise<Instance>;
}
