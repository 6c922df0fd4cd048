import { refusalOf } from '../../connector/journey.js';
import { meaningOf } from '../../connector/sqlstate.js';
import type { StateMeaning } from '../../connector/sqlstate.js';
import { Failure } from '../../failure.js';
import type { Trouble } from './driver/protocol.js';

type Meaning = {
  kind: StateMeaning['kind'];
  what: StateMeaning['what'] | 'no_warehouse' | 'quota';
};

const auth: Meaning = { kind: 'CONFIG', what: 'auth_failed' };
const invalid: Meaning = { kind: 'CONFIG', what: 'invalid' };
const cut: Meaning = { kind: 'TRANSIENT', what: 'unreachable' };

/**
 * What Snowflake's numbers ask for where their SQLSTATE says less, or none. Signing in: 3901xx to 3904xx
 * (https://community.snowflake.com/s/article/Snowflake-Client-Connectivity-Troubleshooting and the driver's own
 * `error_code`; statements: what the documentation's examples show (read 2026-11).
 */
const byNumber: Readonly<Record<string, Meaning>> = {
  8: invalid, // another number of statements than one
  603: { kind: 'TRANSIENT', what: 'busy' }, // an internal error of the warehouse's
  604: { kind: 'TRANSIENT', what: 'cancelled' },
  606: { kind: 'CONFIG', what: 'no_warehouse' }, // no active warehouse selected
  630: { kind: 'TRANSIENT', what: 'cancelled' }, // statement time-out
  2003: { kind: 'CONFIG', what: 'forbidden' }, // does not exist or not authorized: nobody is told which
  2043: { kind: 'CONFIG', what: 'forbidden' }, // the same, of what a SHOW or DESC names
  3001: { kind: 'CONFIG', what: 'forbidden' },
  90073: { kind: 'CONFIG', what: 'quota' }, // a resource monitor has stopped the warehouse
  390100: auth, // wrong user or password
  390101: auth, // the user is disabled or locked
  390104: cut, // the session's token is not known any more
  390110: cut,
  390111: cut, // the session is gone
  390112: cut,
  390114: cut, // the token can not be renewed
  390127: auth, // the password has expired
  390144: auth, // the key's token is not valid
  390189: { kind: 'CONFIG', what: 'forbidden' }, // the role is not the user's
  390201: { kind: 'CONFIG', what: 'no_warehouse' }, // warehouse, database or schema of the session
  390303: auth, // OAuth token invalid
  390318: auth, // OAuth token expired
  390422: { kind: 'CONFIG', what: 'forbidden' }, // network policy
};

const messages: Record<Meaning['what'], string> = {
  unreachable: 'The warehouse does not answer. Check the account, its address and the network.',
  busy: 'The warehouse is busy.',
  auth_failed: 'The warehouse refuses the user or its credentials.',
  forbidden:
    'The role may not do this in the warehouse, or there is no such thing. Grant what the README of the connector lists.',
  invalid: 'The warehouse does not accept the statement. Check names and types.',
  rejected: 'The query failed on a value.',
  cancelled: 'The warehouse stopped the statement.',
  no_warehouse: 'No virtual warehouse runs the query. Check warehouse and the grants on it.',
  quota: 'The virtual warehouse has used up its quota.',
};

/** Translates whatever the driver's thread says of itself; `isQuery`: while a query ran or its rows were read. */
export function failureOf({ kind, code, sqlState, text }: Trouble, isQuery: boolean): Failure {
  switch (kind) {
    case 'server':
      return refusal(meaning(code, sqlState), code, text);
    case 'line':
      return isQuery ? cutOff(code, text) : lineFailure(code, text);
    case 'rows':
      return cutOff(code, text);
    case 'policy':
      return refusalOf({ code, detail: text });
    case 'bug':
      return new Failure('INTERNAL', 'internal.unexpected', 'Something unexpected went wrong.', {
        detail: text,
      });
  }
}

function meaning(code: string, sqlState: string): Meaning {
  const known = byNumber[String(Number(code))];
  if (known) return known;
  // Signing in gives this class for whatever is the matter.
  if (/^39\d{4}$/.test(code)) return auth;
  return /^[0-9A-Z]{5}$/.test(sqlState) ? meaningOf(sqlState) : invalid;
}

function refusal({ kind, what }: Meaning, vendorCode: string, detail: string): Failure {
  return new Failure(kind, `source.${what}`, messages[what], { vendorCode, detail });
}

function lineFailure(code: string, detail: string): Failure {
  if (/CERT|TLS|SSL|ALTNAME|SELF_SIGNED/.test(code))
    return new Failure(
      'CONFIG',
      'source.tls_failed',
      'TLS with the warehouse failed. Check its address, and any proxy between.',
      { detail },
    );
  return new Failure('TRANSIENT', 'source.unreachable', messages.unreachable, {
    vendorCode: plainCode(code),
    detail,
  });
}

function cutOff(code: string, detail: string): Failure {
  return new Failure('TRANSIENT', 'source.cut', 'The result of the query did not come whole.', {
    vendorCode: plainCode(code),
    detail,
  });
}

const plainCode = (code: string): string => (/^[A-Z0-9_]{1,64}$/.test(code) ? code : '');
