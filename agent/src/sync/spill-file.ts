import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/** A file of the work folder that is written from its start to its end. */
export class SpillFile {
  bytes = 0;

  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
  ) {}

  static async open(path: string): Promise<SpillFile> {
    return new SpillFile(path, await open(path, 'w'));
  }

  async write(part: Uint8Array): Promise<void> {
    let at = 0;
    while (at < part.length) at += (await this.file.write(part, at)).bytesWritten;
    this.bytes += part.length;
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
