import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { Failure } from '../failure.js';

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
    try {
      let at = 0;
      while (at < part.length) at += (await this.file.write(part, at)).bytesWritten;
      this.bytes += part.length;
    } catch (error) {
      throw diskFailure(error);
    }
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

/** What a file system says, in our words. */
export function diskFailure(error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') return error;
  return new Failure(
    'CONFIG',
    'agent.disk_full',
    'The work folder is full: give it more room or make the model smaller.',
    { cause: error },
  );
}
