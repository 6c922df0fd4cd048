// Who may import whom. Each rule gives its reason; type-only imports count.
const tests = '(\\.test\\.tsx?$|/testing/|/test/)';

const door = (name, library, owners) => ({
  name: `one-door-${name}`,
  comment: `${library} is imported in one place, so a change of library is a change of file.`,
  severity: 'error',
  from: { path: '^(agent|control-plane)/', pathNot: [tests, ...owners] },
  to: { path: `(^|/)node_modules/${library}` },
});

/**
 * The rooms of the control plane, from the ground up. `page`, `database`, `event` and `audit` are the ground that all may stand on; a run
 * knows nothing of the job that carries it, and what the configuration changes may end runs and jobs.
 */
const rooms = [
  'database',
  'page',
  'event',
  'audit',
  'outbound',
  'mail',
  'account',
  'auth',
  'workspace',
  'member',
  'retention',
  'trail',
  'channel',
  'agent',
  'catalog',
  'source',
  'destination',
  'model',
  'sync',
  'run',
  'usage',
  'job',
  'pause',
  'alert',
  'rest',
  'configuration',
  'scheduler',
  'gateway',
  'http',
  'command',
];
const pathOf = (names) => `^control-plane/src/(${names.join('|')})/`;

const downward = rooms.slice(0, -1).map((room, floor) => ({
  name: `rooms-depend-downward-${room}`,
  comment: `${room} stands below ${rooms.slice(floor + 1).join(', ')}: what it needs of them is in the wrong room.`,
  severity: 'error',
  from: { path: pathOf([room]), pathNot: tests },
  to: { path: pathOf(rooms.slice(floor + 1)) },
}));

module.exports = {
  forbidden: [
    {
      name: 'no-cycle',
      comment: 'A cycle means that a room is missing, or that two rooms are one.',
      severity: 'error',
      from: { pathNot: 'node_modules|/gen/|/generated/' },
      to: { circular: true, viaOnly: { pathNot: 'node_modules|/gen/|/generated/' } },
    },
    {
      name: 'agent-and-control-plane-are-strangers',
      comment: 'What both must know is a message in proto/.',
      severity: 'error',
      from: { path: '^agent/' },
      to: { path: '^(control-plane|prisma)/' },
    },
    {
      name: 'control-plane-and-agent-are-strangers',
      comment: 'The control plane must run without a line of connector, engine or secret code.',
      severity: 'error',
      from: { path: '^control-plane/' },
      to: { path: '^agent/' },
    },
    {
      name: 'proto-knows-nobody',
      comment: 'The letterbox belongs to both sides, so it depends on neither.',
      severity: 'error',
      from: { path: '^proto/' },
      to: { path: '^(agent|control-plane|deploy)/' },
    },
    {
      name: 'cli-and-web-read-the-schema',
      comment: 'They use the public API that customers have, and nothing behind it.',
      severity: 'error',
      from: { path: '^control-plane/(web|cli)/', pathNot: tests },
      to: { path: '^control-plane/src/' },
    },
    {
      name: 'the-heart-knows-no-vendor-and-no-wire',
      comment:
        'sync/ takes connectors, store and clock as arguments; that is why it can be tested whole.',
      severity: 'error',
      from: { path: '^agent/src/sync/', pathNot: tests },
      to: {
        path: [
          '^proto/',
          '^agent/src/(session|job|secret|source|destination)/',
          '^agent/src/(config|logger|build-agent|main)\\.ts$',
          '^agent/src/store/s3',
          '(^|/)node_modules/',
        ],
      },
    },
    {
      name: 'a-connector-stands-alone',
      comment:
        'A connector imports connector/, failure, its own folder and its vendor; so it can be kept or thrown away alone.',
      severity: 'error',
      from: { path: '^agent/src/(source|destination)/([^/]+)/', pathNot: tests },
      to: {
        path: '^agent/src/',
        pathNot: ['^agent/src/(connector/|(failure|crash-point)\\.ts$)', '^agent/src/$1/$2/'],
      },
    },
    {
      name: 'nobody-names-a-connector',
      comment: 'The registry reads the folders; a new connector touches nothing else.',
      severity: 'error',
      from: { path: '^agent/src/', pathNot: ['^agent/src/(source|destination)/', tests] },
      to: { path: '^agent/src/(source|destination)/' },
    },
    {
      name: 'a-vendor-stays-with-its-connector',
      comment:
        'A library that is not named here belongs to one vendor: its connector imports it, and nobody else.',
      severity: 'error',
      from: { path: '^agent/src/', pathNot: [tests, '^agent/src/(source|destination)/'] },
      to: {
        path: '(^|/)node_modules/',
        pathNot:
          'node_modules/(@aws-sdk|@drawbridge|@duckdb|@types|commander|liquidjs|pg|pino|prom-client|undici|ws|yaml)/',
      },
    },
    {
      name: 'wire-types-stop-at-the-edge',
      comment:
        'Inside we use our own words; session/, job/, connector/catalog.ts and the doctor, which asks like a job, translate.',
      severity: 'error',
      from: {
        path: '^agent/src/',
        pathNot: [
          tests,
          '^agent/src/(session|job)/',
          '^agent/src/connector/catalog\\.ts$',
          '^agent/src/doctor/connection-looks\\.ts$',
          '^agent/src/(build-agent|main)\\.ts$',
        ],
      },
      to: { path: '^proto/' },
    },
    ...downward,
    {
      name: 'scheduler-and-gateway-are-neighbours',
      comment: 'Both are on top and start things by themselves; neither waits for the other.',
      severity: 'error',
      from: { path: '^control-plane/src/gateway/', pathNot: tests },
      to: { path: '^control-plane/src/scheduler/' },
    },
    {
      name: 'every-room-has-a-floor',
      comment: 'A new room must say what it stands on: put it into the list above.',
      severity: 'error',
      from: { path: '^control-plane/src/' },
      to: {
        path: '^control-plane/src/[^/]+/',
        pathNot: [pathOf(rooms), '^control-plane/src/(testing|generated)/'],
      },
    },
    {
      name: 'rooms-know-no-house',
      comment: 'What puts the rooms together knows them, and they do not know it.',
      severity: 'error',
      from: { path: pathOf(rooms.slice(0, -1)), pathNot: tests },
      to: { path: '^control-plane/src/(app\\.module|main|open-app|emit-schema|schema-text)\\.ts$' },
    },
    {
      name: 'test-helpers-stay-in-tests',
      comment: 'What only a test may do must not be reachable in production.',
      severity: 'error',
      from: { path: '^(proto|agent|control-plane)/', pathNot: tests },
      to: { path: '(/testing/|^deploy/)' },
    },
    door('ws', 'ws/', [
      '^agent/src/session/connection\\.ts$',
      '^control-plane/src/gateway/gateway\\.ts$',
    ]),
    door('duckdb', '@duckdb/', ['^agent/src/duck/duck\\.ts$']),
    // The customer's bucket is the agent's memory, and a place that a sync may write files to: two doors, as a connector
    // stands alone.
    door('aws', '@aws-sdk/', ['^agent/src/store/', '^agent/src/destination/s3/']),
    door('ajv', 'ajv/', ['^control-plane/src/rest/check\\.ts$']),
    door('pino', 'pino/', ['/logger\\.ts$']),
    door('opentelemetry', '@opentelemetry/', ['/open-telemetry\\.ts$']),
    door('liquid', 'liquidjs/', ['^agent/src/connector/template\\.ts$']),
    door('prisma', '@prisma/(client|adapter-pg)/', ['^control-plane/src/database/']),
    door('pg', 'pg/', [
      '^agent/src/(source|destination)/postgres/',
      '^agent/src/connector/postgres-',
      '^control-plane/src/(database|run)/',
    ]),
    door('jsforce', 'jsforce/', []),
    door('slack', '@slack/', ['^agent/src/destination/slack/']),
    door('snowflake', 'snowflake-sdk/', ['^agent/src/source/snowflake/driver/']),
    door('better-auth', 'better-auth/', ['^control-plane/src/auth/']),
    door('simplewebauthn', '@simplewebauthn/server/', ['^control-plane/src/auth/passkeys\\.ts$']),
    door('openid-client', 'openid-client/', ['^control-plane/src/auth/oidc-client\\.ts$']),
    door('nodemailer', 'nodemailer/', ['^control-plane/src/mail/(smtp-mailer|mail-folder)\\.ts$']),
    door('yaml', 'yaml/', ['^agent/src/policy/yaml\\.ts$']),
    door('undici', 'undici/', ['^agent/src/connector/http\\.ts$']),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(/dist-types/|/(sync|connector)/kernel/|web/dist/)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.json'],
    },
  },
};
