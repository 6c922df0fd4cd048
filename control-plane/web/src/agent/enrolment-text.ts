export interface Enrolment {
  /** Address of this page, `https://…`. */
  origin: string;
  token: string;
}

/** What an agent must know at its first start. The bucket is the customer's own, so it is a blank to fill. */
export function environmentOf({ origin, token }: Enrolment): [string, string][] {
  return [
    ['DRAWBRIDGE_URL', origin.replace(/^http/, 'ws')],
    ['DRAWBRIDGE_ENROLLMENT_TOKEN', token],
    ['DRAWBRIDGE_IDENTITY', 'file:/var/lib/drawbridge/identity.json'],
    ['DRAWBRIDGE_BUCKET', 's3://your-bucket/drawbridge'],
  ];
}

export const shellText = (enrolment: Enrolment): string =>
  [
    ...environmentOf(enrolment).map(([name, value]) => `export ${name}=${value}`),
    'drawbridge-agent start',
  ].join('\n');

/** The `env` of a container, as Kubernetes and Helm charts write it. */
export const containerText = (enrolment: Enrolment): string =>
  [
    'env:',
    ...environmentOf(enrolment).map(([name, value]) => `  - name: ${name}\n    value: ${value}`),
  ].join('\n');
