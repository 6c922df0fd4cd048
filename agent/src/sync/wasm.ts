import { readFile } from 'node:fs/promises';

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** A new instance of one of the modules beside the built code, compiled once. `env` is what it calls. */
export async function openWasm<Exports>(
  name: 'kernel' | 'folding' | 'projector',
  env: Record<string, (...numbers: number[]) => void> = {},
): Promise<Exports> {
  let module = compiled.get(name);
  if (!module) {
    const file = new URL(`../../dist/sync/${name}.wasm`, import.meta.url);
    module = readFile(file).then((bytes) => WebAssembly.compile(bytes));
    compiled.set(name, module);
  }
  const instance = await WebAssembly.instantiate(await module, {
    env: { abort: () => undefined, ...env },
  });
  return instance.exports as unknown as Exports;
}

/** A view of a module's memory that is good until the module is called again. */
export function bytesAt(
  { memory }: { memory: WebAssembly.Memory },
  at: number,
  length: number,
): Uint8Array {
  return new Uint8Array(memory.buffer, at >>> 0, length);
}
