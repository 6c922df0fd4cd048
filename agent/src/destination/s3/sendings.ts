import { isRefusal } from './failures.js';

/**
 * How often a request has left and was not refused. The SDK repeats by itself and tells of the last attempt alone, but
 * an earlier one may have been done.
 */
export class Sendings {
  unrefused = 0;

  async count<T>(send: () => Promise<T>): Promise<T> {
    this.unrefused += 1;
    try {
      return await send();
    } catch (error) {
      if (isRefusal(error)) this.unrefused -= 1;
      throw error;
    }
  }
}
