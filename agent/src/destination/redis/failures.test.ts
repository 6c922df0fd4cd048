import { describe, expect, it } from 'vitest';
import { refusalOf } from './failures.js';

describe('what an error of Redis means', () => {
  it.each([
    ['WRONGTYPE Operation against a key', 'REJECTED', 'rejected', 'WRONGTYPE'],
    ['OOM command not allowed', 'TRANSIENT', 'busy', 'OOM'],
    ["READONLY You can't write", 'TRANSIENT', 'busy', 'READONLY'],
    ['LOADING Redis is loading the dataset in memory', 'TRANSIENT', 'busy', 'LOADING'],
    ['MASTERDOWN Link with MASTER is down', 'TRANSIENT', 'busy', 'MASTERDOWN'],
    ['MISCONF Redis is configured to save', 'TRANSIENT', 'busy', 'MISCONF'],
    ['NOREPLICAS Not enough good replicas', 'TRANSIENT', 'busy', 'NOREPLICAS'],
    ['BUSY Redis is busy running a script', 'TRANSIENT', 'busy', 'BUSY'],
    ['CLUSTERDOWN Hash slot not served', 'TRANSIENT', 'busy', 'CLUSTERDOWN'],
    ['TRYAGAIN Multiple keys request', 'TRANSIENT', 'busy', 'TRYAGAIN'],
    ['MOVED 1 10.0.0.1:6379', 'TRANSIENT', 'busy', 'MOVED'],
    ['NOSCRIPT No matching script', 'TRANSIENT', 'busy', 'NOSCRIPT'],
    ['ERR max number of clients reached', 'TRANSIENT', 'busy', 'ERR'],
    ['NOAUTH Authentication required.', 'CONFIG', 'auth_failed', 'NOAUTH'],
    ['WRONGPASS invalid username-password pair', 'CONFIG', 'auth_failed', 'WRONGPASS'],
    ['ERR invalid password', 'CONFIG', 'auth_failed', 'ERR'],
    ["ERR The user executing the script can't run this command", 'CONFIG', 'forbidden', 'ERR'],
    ['NOPERM this user has no permissions', 'CONFIG', 'forbidden', 'NOPERM'],
    ["ERR unknown command 'JSON.SET'", 'CONFIG', 'invalid', 'ERR'],
    ['ERR DB index is out of range', 'CONFIG', 'invalid', 'ERR'],
    ['ERR This instance has cluster support disabled', 'CONFIG', 'invalid', 'ERR'],
    ['ERR value is not a valid float', 'REJECTED', 'rejected', 'ERR'],
    ['secret-4711 is what a module says', 'REJECTED', 'rejected', ''],
  ])('%s', (message, kind, what, vendorCode) => {
    const failure = refusalOf(new Error(message));
    expect(failure).toMatchObject({ kind, code: `destination.${what}`, vendorCode });
    // It may quote a value, so it goes where details go and nowhere else.
    expect(failure.detail).toBe(message);
    expect(failure.message).not.toContain(message.split(' ')[0]);
  });
});
