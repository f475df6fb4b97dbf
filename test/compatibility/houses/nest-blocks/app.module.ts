import { Module } from '@nestjs/common';

/** The user's own module, which knows nothing of webhooks. */
@Module({})
export class AppModule {}
