// What Block Kit lets into a message, by https://docs.slack.dev/reference/block-kit/blocks and the pages below it, and the
// limits that @slack/types 3.2.0 tells of each block (read 2026-11). Problems are worded as Slack words them, with the JSON
// pointer to where they are.
import { Refusal } from './refusal.js';

type Json = Readonly<Record<string, unknown>>;
type Tell = (message: string, pointer: string) => void;
type Check = (value: unknown, at: string, tell: Tell) => void;

const maxBlocks = 50;
/**
 * All texts of all blocks of a message. Slack publishes no number; from about here it answers `msg_blocks_too_long`
 * (https://github.com/slackapi/bolt-js/issues/2509, read 2026-11).
 */
const maxBlockCharacters = 13_200;

/** Throws a Refusal unless the blocks may be posted. */
export function checkBlocks(blocks: unknown): asserts blocks is readonly Json[] {
  if (!Array.isArray(blocks)) throw new Refusal('invalid_blocks_format');
  const problems: string[] = [];
  const tell: Tell = (message, pointer) =>
    void problems.push(`${message} [json-pointer:${pointer}]`);
  if (blocks.length > maxBlocks) tell(`no more than ${maxBlocks} items allowed`, '/blocks');
  blocks.forEach((block, n) => checkBlock(block, `/blocks/${n}`, tell));
  const ids = blocks.map((block) => (block as Json)['block_id']).filter((id) => id !== undefined);
  if (new Set(ids).size < ids.length) tell('block_id already exists', '/blocks');
  if (problems.length > 0) throw invalidBlocks('invalid_blocks', problems);
  if (blocks.filter((block) => (block as Json)['type'] === 'table').length > 1)
    throw invalidBlocks('invalid_attachments', ['only_one_table_allowed']);
  if (charactersIn(blocks) > maxBlockCharacters) throw new Refusal('msg_blocks_too_long');
}

function invalidBlocks(code: string, errors: readonly string[]): Refusal {
  const messages = errors.map((error) => `[ERROR] ${error}`);
  return new Refusal(code, { errors, response_metadata: { messages } });
}

const checkBlock: Check = (block, at, tell) => {
  if (!isObject(block)) return tell('must be an object', at);
  const check = blockTypes[String(block['type'])];
  if (!check) return tell(`unsupported type: ${String(block['type'])}`, `${at}/type`);
  const { block_id: id } = block;
  if (id !== undefined) checkText(id, `${at}/block_id`, tell, 255);
  check(block, at, tell);
};

const blockTypes: Readonly<Record<string, (block: Json, at: string, tell: Tell) => void>> = {
  divider: (block, at, tell) => only(block, [], at, tell),
  header: (block, at, tell) => {
    only(block, ['text'], at, tell);
    checkTextObject(block['text'], `${at}/text`, tell, { most: 150, types: ['plain_text'] });
  },
  section: checkSection,
  context: (block, at, tell) => {
    only(block, ['elements'], at, tell);
    listOf(block['elements'], `${at}/elements`, tell, 10).forEach((element, n) => {
      const place = `${at}/elements/${n}`;
      if (isObject(element) && element['type'] === 'image') checkImage(element, place, tell);
      else checkTextObject(element, place, tell, { most: 3000 });
    });
  },
  image: (block, at, tell) => {
    const { title, block_id: _, ...image } = block;
    if (title !== undefined)
      checkTextObject(title, `${at}/title`, tell, { most: 2000, types: ['plain_text'] });
    checkImage(image, at, tell);
  },
  actions: (block, at, tell) => {
    only(block, ['elements'], at, tell);
    listOf(block['elements'], `${at}/elements`, tell, 25).forEach((element, n) =>
      checkElement(element, `${at}/elements/${n}`, tell),
    );
  },
  markdown: (block, at, tell) => {
    only(block, ['text'], at, tell);
    checkText(block['text'], `${at}/text`, tell, 12_000);
  },
  rich_text: (block, at, tell) => {
    only(block, ['elements'], at, tell);
    listOf(block['elements'], `${at}/elements`, tell, 1000);
  },
  table: checkTable,
};

function checkSection(block: Json, at: string, tell: Tell): void {
  only(block, ['text', 'fields', 'accessory', 'expand'], at, tell);
  const { text, fields, accessory } = block;
  if (text === undefined && fields === undefined) tell('missing required field: text', at);
  if (text !== undefined) checkTextObject(text, `${at}/text`, tell, { most: 3000 });
  if (fields !== undefined)
    listOf(fields, `${at}/fields`, tell, 10).forEach((field, n) =>
      checkTextObject(field, `${at}/fields/${n}`, tell, { most: 2000 }),
    );
  if (accessory === undefined) return;
  if (isObject(accessory) && accessory['type'] === 'image')
    checkImage(accessory, `${at}/accessory`, tell);
  else checkElement(accessory, `${at}/accessory`, tell);
}

function checkTable(block: Json, at: string, tell: Tell): void {
  only(block, ['rows', 'column_settings'], at, tell);
  listOf(block['rows'], `${at}/rows`, tell, 100).forEach((row, n) =>
    listOf(row, `${at}/rows/${n}`, tell, 20).forEach((cell, m) =>
      checkCell(cell, `${at}/rows/${n}/${m}`, tell),
    ),
  );
  if (block['column_settings'] !== undefined)
    listOf(block['column_settings'], `${at}/column_settings`, tell, 20);
}

const checkCell: Check = (cell, at, tell) => {
  const type = isObject(cell) ? cell['type'] : undefined;
  if (!isObject(cell) || !['raw_text', 'raw_number', 'rich_text'].includes(String(type)))
    return tell(`unsupported type: ${String(type)}`, `${at}/type`);
  if (type === 'raw_text') checkText(cell['text'], `${at}/text`, tell, 3000);
};

/** The elements of messages are many; of those that are no buttons only the type is looked at. */
const checkElement: Check = (element, at, tell) => {
  if (!isObject(element) || typeof element['type'] !== 'string')
    return tell('must be an object with a type', at);
  if (element['type'] !== 'button') return;
  checkTextObject(element['text'], `${at}/text`, tell, { most: 75, types: ['plain_text'] });
  if (element['url'] !== undefined) checkText(element['url'], `${at}/url`, tell, 3000);
  if (element['value'] !== undefined) checkText(element['value'], `${at}/value`, tell, 2000);
};

function checkImage(image: Json, at: string, tell: Tell): void {
  checkText(image['alt_text'], `${at}/alt_text`, tell, 2000);
  checkText(image['image_url'], `${at}/image_url`, tell, 3000);
}

function checkTextObject(
  text: unknown,
  at: string,
  tell: Tell,
  { most, types = ['plain_text', 'mrkdwn'] }: { most: number; types?: readonly string[] },
): void {
  if (!isObject(text)) return tell('must be a text object', at);
  const type = String(text['type']);
  if (!types.includes(type)) return tell(`unsupported type: ${type}`, `${at}/type`);
  const further = type === 'mrkdwn' ? 'verbatim' : 'emoji';
  for (const name of Object.keys(text))
    if (!['type', 'text', further].includes(name)) tell(`invalid additional property: ${name}`, at);
  checkText(text['text'], `${at}/text`, tell, most);
}

function checkText(text: unknown, at: string, tell: Tell, most: number): void {
  if (typeof text !== 'string') return tell('must provide a string', at);
  if (text.length < 1) tell('must be more than 0 characters', at);
  if (text.length > most) tell(`must be less than ${most + 1} characters`, at);
}

function listOf(list: unknown, at: string, tell: Tell, most: number): readonly unknown[] {
  if (!Array.isArray(list) || list.length === 0) {
    tell('must provide a non-empty array', at);
    return [];
  }
  if (list.length > most) tell(`no more than ${most} items allowed`, at);
  return list;
}

function only(block: Json, names: readonly string[], at: string, tell: Tell): void {
  for (const name of Object.keys(block))
    if (!['type', 'block_id', ...names].includes(name))
      tell(`invalid additional property: ${name}`, at);
}

function charactersIn(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let sum = 0;
  for (const [name, part] of Object.entries(value))
    if (name !== 'type' && name !== 'block_id') sum += charactersIn(part);
  return sum;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
