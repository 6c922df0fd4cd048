import type { SyncReport } from '../../sync/sync-request.js';
import type { SalesforceServer } from '../salesforce/server.js';
import { isLockedAtFirst, refusals } from './salesforce-case.js';

/** What one run is to write. */
export interface Expected {
  object: string;
  /** The rows' numbers; those that end so are to be refused. */
  ids: () => Iterable<number>;
  ending: number;
  /** What the first name of a record is afterwards. */
  firstName: string;
}

export interface Accounted {
  rows: number;
  sent: number;
  rejected: number;
  /** Rows that were locked when they were first tried. */
  locked: number;
}

/** Numbers of rows are below. */
const mostRows = 20_000_001;

/** Keeps account of a run from before it begins: what Salesforce was asked, what it wrote, what it refused and why. */
export class Account {
  /** How often each row was written, by its number; not counted where it was locked. */
  private readonly written = new Uint8Array(mostRows);
  private readonly askedBefore: number;
  private readonly requestsBefore: number;

  constructor(
    private readonly server: SalesforceServer,
    private readonly expected: Expected,
  ) {
    this.askedBefore = server.asked();
    this.requestsBefore = server.requests.length;
    server.moods.isLocked = ({ fields: { ExtId__c }, lockedBefore }) => {
      const id = Number(ExtId__c);
      if (lockedBefore === 0 && isLockedAtFirst(id)) return true;
      this.written[id]! += 1;
      return false;
    };
  }

  /** Throws where a row is not accounted for. `refused`: bad rows were tried once, or in runs that did not end as well. */
  settle(report: SyncReport, refused: 'once' | 'often' = 'once'): Accounted {
    const { server } = this;
    const wanted = refusals(this.expected.ids(), this.expected.ending);
    const rejected = [...wanted.values()].reduce((sum, count) => sum + count, 0);
    let rows = 0;
    let locked = 0;
    for (const id of this.expected.ids()) {
      rows += 1;
      if (isLockedAtFirst(id)) locked += 1;
    }
    const sent = rows - rejected;
    checkReport(report, { sent, rejected, wanted });
    // What was locked was asked for twice.
    if (refused === 'once')
      equal('rows that were to be written', server.asked() - this.askedBefore, rows + locked);
    if (!server.requests.slice(this.requestsBefore).some(({ status }) => status === 401))
      throw new Error('No session has ended.');
    this.checkRecords();
    return { rows, sent, rejected, locked };
  }

  /** What was sent is in the org and was written once; what was refused is not there. */
  private checkRecords(): void {
    const { object, ids, ending, firstName } = this.expected;
    const names = new Map<number, unknown>();
    for (const { ExtId__c, FirstName } of this.server.eachRecord(object))
      names.set(Number(ExtId__c), FirstName);
    for (const id of ids()) {
      const isGood = id % 100 !== ending;
      if ((names.get(id) === firstName) !== isGood)
        throw new Error(`Row ${id} is not as it should be in the org.`);
      if (isGood) equal(`times that row ${id} was written`, this.written[id], 1);
    }
  }
}

function checkReport(
  { outcome, counts, errors, failure, resumed }: SyncReport,
  wanted: { sent: number; rejected: number; wanted: ReadonlyMap<string, number> },
): void {
  if (failure) throw new Error(`The run ${outcome}: ${JSON.stringify(failure)}`);
  equal('rows sent', counts.sent + resumed, wanted.sent);
  equal('rows refused', counts.rejected, wanted.rejected);
  const found = new Map<string, number>();
  for (const error of errors) {
    const { vendorCode } = error.failure;
    found.set(vendorCode, (found.get(vendorCode) ?? 0) + error.count);
  }
  for (const [code, count] of wanted.wanted)
    equal(`rows refused as ${code}`, found.get(code), count);
}

function equal(what: string, found: number | undefined, wanted: number): void {
  if (found !== wanted) throw new Error(`${what}: ${found}, and not ${wanted}.`);
}
