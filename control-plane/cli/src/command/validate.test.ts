import { describe, expect, it } from 'vitest';
import { drawbridge, folderWith } from '../testing/command-line.js';
import { configuration } from '../testing/sample-configuration.js';

describe('validate', () => {
  it('needs no server', async () => {
    const { code, out } = await drawbridge(['validate', folderWith({ 'a.yaml': configuration })]);
    expect(code).toBe(0);
    expect(out).toContain('1 source, 1 destination, 1 model, 1 sync.');
  });

  it('prints every problem where an editor finds it', async () => {
    const folder = folderWith({
      'a.yaml': configuration.replace('mirror', 'miror').replace('model: c', 'model: k'),
    });
    const { code, out } = await drawbridge(['validate', folder]);
    expect(code).toBe(1);
    expect(out).toContain(`${folder}/a.yaml:10:12  There is no "kustomers" under models.`);
    expect(out).toContain(`${folder}/a.yaml:13:11  "miror" is not known here.`);
    expect(out).toContain('(spec.bad_value)');
    expect(out).toContain('2 problems.');
  });

  it('prints one JSON document for scripts', async () => {
    const folder = folderWith({ 'a.yaml': 'sinks: {}' });
    const said = await drawbridge(['validate', folder, '--json']);
    expect(said.code).toBe(1);
    expect(said.json()).toMatchObject({
      valid: false,
      problems: [{ file: `${folder}/a.yaml`, line: 1, column: 1, code: 'spec.unknown_key' }],
    });
  });

  it('takes a directory without *.yaml for a mistake', async () => {
    const { code, err } = await drawbridge(['validate', folderWith({ 'a.yml': configuration })]);
    expect(code).toBe(2);
    expect(err).toContain('Name it .yaml');
    expect(err).toContain('cli.no_configuration');
  });
});
