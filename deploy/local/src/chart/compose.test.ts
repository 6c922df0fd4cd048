import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

interface Service {
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  ports?: string[];
  build?: { dockerfile: string };
  environment: Record<string, string>;
}

const docker = new URL('../../../docker/', import.meta.url);

it('runs our own services without rights, and opens this machine’s port alone', async () => {
  const text = await readFile(new URL('compose.yaml', docker), 'utf8');
  const { services } = parse(text, { merge: true }) as { services: Record<string, Service> };
  for (const name of ['agent', 'control-plane']) {
    const service = services[name];
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    expect(service?.security_opt).toEqual(['no-new-privileges:true']);
    expect(service?.build?.dockerfile).toBe(`deploy/docker/${name}.Dockerfile`);
  }
  const ports = Object.values(services).flatMap(({ ports: open = [] }) => open);
  expect(ports).toEqual(['127.0.0.1:3000:3000']);
});

it.each(['agent', 'control-plane'])('builds the %s for no root and no shell', async (name) => {
  const text = await readFile(new URL(`${name}.Dockerfile`, docker), 'utf8');
  const last = text.slice(text.lastIndexOf('\nFROM '));
  expect(last).toContain('\nUSER 65532:65532\n');
  // A form in brackets is run as it stands; any other one asks for a shell.
  for (const [, form] of text.matchAll(/^(?:RUN|ENTRYPOINT|CMD) (.)/gm)) expect(form).toBe('[');
  expect(last).not.toMatch(/^RUN/m);
  expect(text).not.toMatch(/:latest/);
});
