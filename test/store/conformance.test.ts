import { conformance } from './conformance.ts';
import { memorySubject } from './kit.ts';
import { shardSubject, sqliteSubject } from './sqlite-subject.ts';

conformance('memory', memorySubject);
conformance('SQLite', () => sqliteSubject());
conformance('SQLite, one of two shards', () => shardSubject());
