import { conformance } from './conformance.ts';
import { memorySubject } from './kit.ts';
import { sqliteSubject } from './sqlite-subject.ts';

conformance('memory', memorySubject);
conformance('SQLite', () => sqliteSubject());
