import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const openssl = '/usr/bin/openssl';

export const hasOpenssl = existsSync(openssl);

/** A certificate and its key, as files and as PEM. */
export interface Certificate {
  certFile: string;
  keyFile: string;
  cert: string;
  key: string;
}

/** A certificate authority that lasts a day, made by the openssl of the machine. */
export interface Authority extends Certificate {
  /** Of a server or a client; `subject` as openssl writes alternative names: `IP:127.0.0.1`, `DNS:example.org`. */
  issue(subject: string): Promise<Certificate>;
}

export async function makeAuthority(directory: string): Promise<Authority> {
  let issued = 0;
  const make = async (name: string, args: readonly string[]): Promise<Certificate> => {
    const certFile = join(directory, `${name}.pem`);
    const keyFile = join(directory, `${name}.key`);
    const ours = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
    const files = ['-keyout', keyFile, '-out', certFile, '-subj', `/CN=${name}`];
    await promisify(execFile)(openssl, ['req', '-x509', ...ours, ...files, ...args]);
    const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
    return { certFile, keyFile, cert, key };
  };
  const authority = await make('authority', []);
  const by = ['-CA', authority.certFile, '-CAkey', authority.keyFile];
  const leaf = ['-addext', 'basicConstraints=critical,CA:FALSE'];
  return {
    ...authority,
    issue: (subject) =>
      make(`leaf${(issued += 1)}`, [...by, ...leaf, '-addext', `subjectAltName=${subject}`]),
  };
}
