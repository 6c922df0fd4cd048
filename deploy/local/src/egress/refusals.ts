// What must stay closed, one trial after the other, each with counters of its own: whoever knocked must be named by the
// firewall, and nobody else.
import { join } from 'node:path';
import { Objects } from '../bucket/objects.js';
import { runSync } from '../demo/run.js';
import { needed, neighbour, otherResolver, prometheus, resolver, unlisted } from './hosts.js';
import type { Host } from './hosts.js';
import type { Knock } from './knock.js';
import { podAddress } from './namespaces.js';
import type { Namespaces } from './namespaces.js';
import { counts, enforce } from './node.js';
import type { Refused } from './node.js';
import { doctorInPod, knockFromPod, knockFromWorld } from './pod.js';
import type { Place } from './pod.js';
import { agentFirewall, neededHosts, objectsOf, valuesFor } from './policy.js';
import type { World } from './world.js';

export interface Setting {
  world: World;
  place: Place;
  namespaces: Namespaces;
  helm: string;
  home: string;
  say: (line: string) => void;
}

interface Trial {
  what: string;
  rules: string;
  /** Gives what is wrong, in words. */
  act: () => Promise<string[]>;
  /** Who must be named, as `tcp 10.71.9.1:443`, on the way out or in. */
  names: readonly string[];
}

export async function refusals(
  setting: Setting,
): Promise<{ refused: (Refused & { trial: string })[]; faults: string[] }> {
  const { namespaces, say } = setting;
  const refused: (Refused & { trial: string })[] = [];
  const faults: string[] = [];
  for (const { what, rules, act, names } of await trialsOf(setting)) {
    say(what);
    await enforce(namespaces.node, rules);
    faults.push(...(await act()));
    const found = (await counts(namespaces.node)).refused;
    for (const { protocol, host, packets, direction } of found)
      say(
        `   refused ${direction === 'in' ? 'whoever asks from' : 'on the way to'} ${host}, ${protocol}: ${packets} packets`,
      );
    faults.push(...misnamed(what, names, found));
    refused.push(...found.map((one) => ({ trial: what, ...one })));
  }
  return { refused, faults };
}

function misnamed(what: string, names: readonly string[], found: readonly Refused[]): string[] {
  const said = found.map(({ protocol, address, port }) => `${protocol} ${address}:${port}`);
  return [
    ...names.filter((name) => !said.includes(name)).map((name) => `${what}: ${name} is not named.`),
    ...said
      .filter((name) => !names.includes(name))
      .map((name) => `${what}: ${name} is named, too.`),
  ];
}

async function trialsOf(setting: Setting): Promise<Trial[]> {
  const { helm, home } = setting;
  const rules = agentFirewall(await objectsOf(helm, valuesFor(neededHosts()), home));
  const without = agentFirewall(
    await objectsOf(helm, valuesFor(neededHosts(['salesforce'])), home),
  );
  const { metadata, proxy } = unlisted;
  return [
    {
      what: 'Hosts, ports and resolvers that are not on the list',
      rules,
      act: () => knockOut(setting),
      names: closed.map(({ protocol, address, port }) => `${protocol} ${address}:${port}`),
    },
    {
      what: 'Whoever is not Prometheus, and other ports of the agent',
      rules,
      act: () => knockIn(setting),
      names: [`tcp ${neighbour.address}:9464`, `tcp ${prometheus.address}:9465`],
    },
    {
      what: 'An agent without keys, which asks the metadata service for some',
      rules,
      act: () =>
        doctorSays(setting, { look: 'bucket', code: /^store\./, env: { AWS_ACCESS_KEY_ID: '' } }),
      names: [nameOf(metadata)],
    },
    {
      what: 'An agent that is told of a proxy that is not on the list',
      rules,
      act: () =>
        doctorSays(setting, { look: 'proxy', code: /^doctor\.proxy_silent$/, env: throughProxy }),
      names: [nameOf(proxy)],
    },
    {
      what: 'A list without Salesforce',
      rules: without,
      act: () => runWithout(setting),
      names: [nameOf(needed.salesforce)],
    },
    { what: 'The whole list again', rules, act: () => runAgain(setting), names: [] },
  ];
}

const nameOf = ({ address, port }: Host): string => `tcp ${address}:${port}`;

const throughProxy = {
  NODE_USE_ENV_PROXY: '1',
  HTTPS_PROXY: `http://${unlisted.proxy.name}:${unlisted.proxy.port}`,
};

/** By their names where they have one: who may ask for a name may not yet go there. */
const closed: readonly (Knock & { address: string })[] = [
  ...Object.values(unlisted).map(({ name, address, port }) => ({
    protocol: 'tcp' as const,
    host: name || address,
    address,
    port,
  })),
  ...(['udp', 'tcp'] as const).map((protocol) => ({
    protocol,
    host: otherResolver.address,
    address: otherResolver.address,
    port: otherResolver.port,
  })),
];

/** Everybody is there, which the world can tell; the cluster's DNS answers by TCP, too. */
async function knockOut({ place }: Setting): Promise<string[]> {
  const there = await knockFromWorld(closed.map((knock) => ({ ...knock, host: knock.address })));
  const dns: Knock = { protocol: 'tcp', host: resolver.address, port: 53 };
  const [answer, ...heard] = await knockFromPod(place, [dns, ...closed]);
  return [
    ...closed.flatMap((knock, n) => [
      ...(there[n] === 'answered' ? [] : [`${calledIn(knock)} is not there: ${there[n]}.`]),
      ...(heard[n] === 'silence' ? [] : [`${calledIn(knock)} gave the agent: ${heard[n]}.`]),
    ]),
    ...(answer === 'answered' ? [] : [`The cluster's DNS by TCP gave: ${answer}.`]),
  ];
}

const calledIn = ({ protocol, host, port }: Knock): string => `${protocol} ${host}:${port}`;

async function knockIn({ place }: Setting): Promise<string[]> {
  const { port } = place.metrics;
  const at = { protocol: 'tcp', host: podAddress } as const;
  const heard = await knockFromWorld([
    { ...at, port, from: prometheus.address },
    { ...at, port, from: neighbour.address },
    { ...at, port: port + 1, from: prometheus.address },
  ]);
  const wanted = ['answered', 'silence', 'silence'];
  return heard.flatMap((said, n) =>
    said === wanted[n] ? [] : [`Knock ${n + 1} at the agent gave ${said}, not ${wanted[n]}.`],
  );
}

async function doctorSays(
  { world, place, home }: Setting,
  { look, code, env }: { look: string; code: RegExp; env: Readonly<Record<string, string>> },
): Promise<string[]> {
  const findings = await doctorInPod(place, {
    folder: join(home, 'agent-1'),
    env: { ...world.agentEnv, ...env },
  });
  const found = findings.find(({ what }) => what === look);
  return code.test(found?.code ?? '')
    ? []
    : [`The doctor says of ${look}: ${JSON.stringify(found)}`];
}

/** The one run fails by a code that says so, and the others do not notice. */
async function runWithout(setting: Setting): Promise<string[]> {
  const { world, home, say } = setting;
  const { graphql } = world.product;
  const started = performance.now();
  const cut = await runSync(graphql, 'cities-to-salesforce');
  say(
    `   ${cut.state}, ${cut.failure?.code}, after ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
  const whom = `${needed.salesforce.name}:${needed.salesforce.port}`;
  const advice = await doctorAdvice(setting, 'destination salesforce');
  const other = await runSync(graphql, 'cities-to-redis');
  return [
    ...(cut.failure?.code === 'destination.unreachable'
      ? []
      : [`Without Salesforce on the list, its run ${cut.state}: ${cut.failure?.code}.`]),
    ...((await errorTexts(home)).some((text) => text.includes(`Dialled: ${whom}`))
      ? []
      : [`No text in the bucket names ${whom}.`]),
    ...(advice.includes(whom) && advice.includes('networkPolicy.egress')
      ? []
      : [`The doctor does not name ${whom}: ${advice}`]),
    ...(other.state === 'succeeded'
      ? []
      : [`Without Salesforce, the run to Redis ${other.state}.`]),
  ];
}

async function doctorAdvice({ world, place, home }: Setting, look: string): Promise<string> {
  const findings = await doctorInPod(place, {
    folder: join(home, 'agent-1'),
    env: world.agentEnv,
    more: ['--config', join(home, 'configuration')],
  });
  return findings.find(({ what }) => what === look)?.advice ?? '';
}

/** Where a person finds why a run failed. */
async function errorTexts(home: string): Promise<string[]> {
  const objects = new Objects(join(home, 'bucket'));
  const listed = await objects.list('drawbridge', 'drawbridge/');
  const errors = listed.filter(({ key }) => /\/errors?\//.test(key));
  const found = await Promise.all(errors.map(({ key }) => objects.get('drawbridge', key)));
  return found.map((one) => String(one?.body));
}

async function runAgain({ world }: Setting): Promise<string[]> {
  const { state } = await runSync(world.product.graphql, 'cities-to-salesforce');
  return state === 'succeeded' ? [] : [`With Salesforce on the list again, its run ${state}.`];
}
