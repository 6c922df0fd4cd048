import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { MailFolder } from './mail-folder.js';

async function openFolder() {
  const base = await mkdtemp(join(tmpdir(), 'drawbridge-mailbox-'));
  onTestFinished(() => rm(base, { recursive: true }));
  const folder = join(base, 'mail');
  let now = Date.UTC(2026, 0, 1);
  const mailbox = new MailFolder(folder, 'drawbridge@localhost', () => new Date((now += 1000)));
  const send = (subject: string) => mailbox.send({ to: 'ada@example.com', subject, text: 'Hello' });
  return { folder, send };
}

it('keeps each mail as a file that only its owner reads, the oldest first', async () => {
  const { folder, send } = await openFolder();
  await send('First');
  await send('Second');
  const names = (await readdir(folder)).toSorted();
  expect(names).toHaveLength(2);
  const text = await readFile(join(folder, names[0] ?? ''), 'utf8');
  expect(text).toMatch(/^To: ada@example.com\r?$/m);
  expect(text).toMatch(/^Subject: First\r?$/m);
  expect((await stat(join(folder, names[0] ?? ''))).mode & 0o077).toBe(0);
  expect((await stat(folder)).mode & 0o077).toBe(0);
});

it('grows to 200 mails, and leaves alone what is none', async () => {
  const { folder, send } = await openFolder();
  await send('First');
  await writeFile(join(folder, 'note.txt'), '');
  for (let n = 2; n <= 201; n += 1) await send(String(n));
  const names = await readdir(folder);
  expect(names).toHaveLength(201);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  expect(texts.filter((text) => text.includes('Subject: First'))).toEqual([]);
});

it('says what to do when the folder can not be written', async () => {
  const { folder, send } = await openFolder();
  await writeFile(folder, 'a file of that name');
  await expect(send('First')).rejects.toMatchObject({ code: 'mail.no_folder' });
});
