export type { IoredisClient, NodeRedisClient, RedisClient } from './client';
export { type RedisStoreOptions, redisStore } from './redis-store';
