'use strict';
// Loaded before a block of documentation that is run: whatever port it names, it gets a free one on the loopback, and
// says which; and it ends when it is told to.
const { Server } = require('node:net');

const listen = Server.prototype.listen;
Server.prototype.listen = function listenOnFreePort(...args) {
  const callback = args.findLast((each) => typeof each === 'function');
  this.once('listening', () => process.send({ port: this.address().port }));
  return listen.call(this, 0, '127.0.0.1', callback);
};

process.on('message', () => process.exit(0));
// A block that has nothing left to do ends by itself.
process.channel.unref();
