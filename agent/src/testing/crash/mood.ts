import type { Bucket, Mood } from '@drawbridge/local/bucket/bucket.js';

/** What the bucket does to requests meanwhile. */
export async function inMood<T>(
  { moods }: Pick<Bucket, 'moods'>,
  mood: Mood,
  act: () => Promise<T>,
): Promise<T> {
  moods.push(mood);
  try {
    return await act();
  } finally {
    moods.splice(moods.indexOf(mood), 1);
  }
}
