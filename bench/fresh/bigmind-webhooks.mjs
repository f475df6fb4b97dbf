// A process that has never made a receiver: milliseconds for the first.
import bigmind from '../../dist/index.js';

const start = performance.now();
bigmind.bigmindWebhooks({ secret: 'a secret of the benchmark', logger: false });
console.log(performance.now() - start);
