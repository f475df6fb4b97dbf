const group = 'Tracers, loaded first';
const express = { express: '5.3.0' };
/** No tracer finds a server to report to: each would be on this machine. */
const nobody = 'http://127.0.0.1:9';

const tracers = [
  { name: 'dd-trace', version: '5.30.0', load: 'dd-trace/init', env: { DD_TRACE_AGENT_URL: nobody } },
  { name: 'dd-trace', version: '6.21.0', load: 'dd-trace/init', env: { DD_TRACE_AGENT_URL: nobody }, minNode: '22' },
  {
    name: 'newrelic',
    version: '14.5.1',
    load: 'newrelic',
    minNode: '22',
    env: {
      NEW_RELIC_NO_CONFIG_FILE: 'true',
      NEW_RELIC_APP_NAME: 'a house',
      NEW_RELIC_LICENSE_KEY: 'no key',
      NEW_RELIC_LOG_ENABLED: 'false',
      NEW_RELIC_HOST: '127.0.0.1',
      NEW_RELIC_PORT: '9',
    },
  },
  {
    name: 'elastic-apm-node',
    version: '4.18.0',
    load: 'elastic-apm-node/start',
    env: { ELASTIC_APM_SERVER_URL: nobody, ELASTIC_APM_LOG_LEVEL: 'off' },
  },
  { name: '@sentry/node', version: '11.12.0', load: './sentry.cjs' },
];

const opentelemetry = {
  '@opentelemetry/api': '1.10.0',
  '@opentelemetry/auto-instrumentations-node': '0.82.0',
};

export const rows = [
  ...tracers.map(({ name, version, load, env, minNode }) => ({
    group,
    name: `${name} ${version.split('.')[0]}`,
    packages: { [name]: version, ...express },
    house: 'tracers',
    main: 'app.cjs',
    nodeArgs: ['--require', load],
    args: [name],
    env,
    minNode,
  })),
  {
    group,
    name: 'OpenTelemetry, all instrumentations',
    packages: { ...opentelemetry, ...express },
    house: 'tracers',
    main: 'app.cjs',
    nodeArgs: ['--require', '@opentelemetry/auto-instrumentations-node/register'],
    args: ['opentelemetry'],
    env: { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' },
  },
];
