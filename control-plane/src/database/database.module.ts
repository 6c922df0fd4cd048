import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Clock } from '../clock.js';
import { Config } from '../config.js';
import { Drain } from '../drain.js';
import { Database } from './database.js';
import { Notices } from './notices.js';
import { DatabaseStanding } from './standing.js';

/** What every room stands on: the configuration, the clock, the drain, the database and its notices. */
@Global()
@Module({})
export class DatabaseModule {
  static with(config: Config): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [
        { provide: Config, useValue: config },
        Clock,
        Drain,
        Database,
        Notices,
        DatabaseStanding,
      ],
      exports: [Config, Clock, Drain, Database, Notices, DatabaseStanding],
    };
  }
}
