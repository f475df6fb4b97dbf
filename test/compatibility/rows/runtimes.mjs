const group = 'Runtimes';
const express = { express: '5.3.0' };
const house = 'installs';
const main = 'runtime.mjs';
const arch = process.arch;
const bun = `@oven/bun-linux-${arch === 'arm64' ? 'aarch64' : 'x64'}`;
const deno = `@deno/linux-${arch}-glibc`;

export const rows = [
  ...['20.19.6', '22.23.3', '24.9.0', '26.10.0'].map((node) => ({
    group,
    name: `Node ${node.split('.')[0]}`,
    packages: {},
    installed: express,
    node,
    house,
    main,
  })),
  {
    group,
    name: 'Node without code generation from strings',
    packages: {},
    installed: express,
    shown: '`--disallow-code-generation-from-strings`',
    house,
    main,
    nodeArgs: ['--disallow-code-generation-from-strings'],
    supported: false,
    saying: 'This process forbids code that is made from text',
    reason: 'Ajv compiles the schemas to functions.',
    instead: 'Receive in a process without the flag, and hand the events on.',
  },
  {
    group,
    name: 'Bun',
    packages: { bun: '1.4.5' },
    installed: { ...express, [bun]: '1.4.5' },
    house,
    main,
    command: [`../node_modules/${bun}/bin/bun`, 'runtime.mjs'],
  },
  {
    group,
    name: 'Deno',
    packages: { deno: '2.9.6' },
    installed: { ...express, [deno]: '2.9.6' },
    house,
    main,
    command: [`../node_modules/${deno}/deno`, 'run', '--allow-all', '--no-lock', 'runtime.mjs'],
  },
];
