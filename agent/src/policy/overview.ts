import type { DestinationRule, Policy, SourceRule } from './policy.js';

/** What a policy comes to, in a line, and what it leaves open that it could hold. */
export interface Overview {
  summary: string;
  wide: readonly string[];
}

export function overviewOf({ sources, destinations, networks }: Policy): Overview {
  const summary = `${counted(sources.length, 'rule')} for sources, ${counted(destinations.length, 'rule')} for destinations; everything else is refused`;
  const wide = [
    ...sources.flatMap((rule, n) => widthOf(rule).map((what) => `sources[${n}] ${what}`)),
    ...destinations.flatMap((rule, n) =>
      breadthOf(rule).map((what) => `destinations[${n}] ${what}`),
    ),
    ...networks
      .filter((network) => network.endsWith('/0'))
      .map((network) => `egress.allow names ${network}`),
  ];
  return { summary, wide };
}

function widthOf(rule: SourceRule): string[] {
  const { models, tables, maxRows } = rule;
  const isAny = tables === undefined || tables.includes('*');
  return [
    ...openEnds(rule),
    ...(models.includes('sql') && isAny ? ['lets SQL read every table of its user'] : []),
    ...(maxRows === undefined ? ['has no maxRows'] : []),
  ];
}

function breadthOf(rule: DestinationRule): string[] {
  const { objects, operations, maxRows, maxRemovedPercent } = rule;
  const removes = (['delete', 'archive', 'clear', 'set'] as const).some((one) =>
    operations.includes(one),
  );
  return [
    ...openEnds(rule),
    ...(objects.includes('*') ? ['allows every object'] : []),
    ...(maxRows === undefined ? ['has no maxRows'] : []),
    ...(removes && maxRemovedPercent === undefined ? ['has no maxRemovedPercent'] : []),
  ];
}

function openEnds({ hosts, secrets }: Pick<SourceRule, 'hosts' | 'secrets'>): string[] {
  return [
    ...(hosts.some((host) => /^\*(:|$)/.test(host)) ? ['allows every host'] : []),
    ...(secrets.some((one) => /^\w+:\/?\*$/.test(one)) ? ['may take every secret'] : []),
  ];
}

const counted = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? '' : 's'}`;
