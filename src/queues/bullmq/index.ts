export { type BullmqQueue, bullmqQueue } from './bullmq-queue';
export type { BullmqClient, BullmqConnectionOptions } from './connection';
export type { BullmqModule } from './engine';
export type { BullmqQueueOptions } from './options';
