const byJwt = { field: 'signIn', is: ['jwt'] } as const;
const bySecret = { field: 'signIn', is: ['clientCredentials'] } as const;

/** How an org is reached, and as whom. */
export const settings = {
  sandbox: {
    type: 'boolean',
    label: 'Sandbox',
    help: 'Signs in at test.salesforce.com instead of login.salesforce.com.',
    default: false,
  },
  loginUrl: {
    type: 'text',
    label: 'Login URL',
    help: 'The org’s My Domain. Client credentials need it.',
    example: 'https://acme.my.salesforce.com',
  },
  signIn: {
    type: 'choice',
    label: 'Sign in by',
    choices: ['jwt', 'clientCredentials'],
    default: 'jwt',
  },
  clientId: {
    type: 'text',
    label: 'Consumer key',
    help: 'Of the external client app or connected app.',
    required: true,
  },
  username: {
    type: 'text',
    label: 'Username',
    help: 'Of the integration user.',
    example: 'drawbridge@acme.com',
    required: true,
    when: byJwt,
  },
  apiVersion: { type: 'text', label: 'API version', default: '62.0' },
  maxDailyApiPercent: {
    type: 'number',
    label: 'Most of the daily API calls (percent)',
    help: 'A run stops once the org has used so much of its calls of 24 hours, whoever used them.',
    default: 80,
    minimum: 1,
    maximum: 100,
  },
  timeout: { type: 'number', label: 'Timeout (seconds)', default: 120, minimum: 1, maximum: 600 },
} as const;

export const secrets = {
  privateKey: {
    type: 'text',
    label: 'Private key',
    help: 'PEM, of the certificate that the app was given.',
    required: true,
    when: byJwt,
  },
  passphrase: { type: 'text', label: 'Passphrase of the private key', when: byJwt },
  clientSecret: { type: 'text', label: 'Consumer secret', required: true, when: bySecret },
} as const;
