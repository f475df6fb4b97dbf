const express4 = { express: '4.22.3' };
const express5 = { express: '5.3.0' };
/** Installed together, once for all their rows. */
const installed4 = { ...express4, 'express-async-errors': '3.1.1' };
export const installed5 = {
  ...express5,
  compression: '1.8.2',
  'express-async-handler': '1.2.0',
  'express-rate-limit': '8.7.5',
  helmet: '8.3.0',
  morgan: '1.12.1',
  multer: '2.5.0',
  'serverless-http': '4.0.0',
};

const mounts = [
  ['Express 4.18.3', { express: '4.18.3' }],
  ['Express 4.21', { express: '4.21.2' }],
  ['Express 4.22', express4, { installed: installed4, pinned: true }],
  ['Express 5.0', { express: '5.0.1' }],
  ['Express 5.3', express5, { installed: installed5, pinned: true }],
];

/** A middleware of others in front of the router. */
const neighbours = [
  ['helmet', '8.3.0'],
  ['compression', '1.8.2'],
  ['morgan', '1.12.1'],
  ['express-rate-limit', '8.7.5'],
  ['multer', '2.5.0'],
];

export const rows = [
  ...mounts.map(([name, packages, more]) => ({
    group: 'Express',
    name: `${name}: every mount`,
    packages,
    house: 'express.cjs',
    ...more,
  })),
  {
    group: 'Express',
    name: 'express-async-errors loaded first',
    packages: installed4,
    house: 'express.cjs',
    nodeArgs: ['--require', 'express-async-errors'],
    pinned: true,
  },
  {
    group: 'Express',
    name: 'wrapped by express-async-handler',
    packages: { ...express5, 'express-async-handler': '1.2.0' },
    installed: installed5,
    house: 'express-wrapped.cjs',
    args: ['express-async-handler'],
  },
  ...neighbours.map(([name, version]) => ({
    group: 'Express',
    name: `behind ${name}`,
    packages: { ...express5, [name]: version },
    installed: installed5,
    house: 'express-behind.cjs',
    args: [name],
    pinned: name === 'helmet',
  })),
];
