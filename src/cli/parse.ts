import { Command as Parser, CommanderError, Option as Flag } from 'commander';
import type { AnyInput, Command } from '../commands/command.ts';
import { UsageError } from '../commands/params.ts';
import { ReplabError } from '../control/errors.ts';
import { nearest } from '../lib/nearest.ts';
import { globalsOfCommand, type GlobalName } from './global-options.ts';

export interface Parsed {
  readonly input: AnyInput;
  /** As typed; absent ones left out, flags are `''`. */
  readonly globals: Readonly<Partial<Record<GlobalName, string>>>;
}

/** The words after the command's name, as its input. Throws ReplabError `usage` with what was expected. */
export function parseWords(command: Command, words: readonly string[]): Parsed {
  const parser = new Parser(command.name)
    .exitOverride()
    .configureOutput({ writeErr: () => {}, writeOut: () => {} })
    .helpOption(false)
    .allowExcessArguments(false)
    .passThroughOptions(Object.values(command.args).some(({ verbatim }) => verbatim));
  for (const arg of Object.values(command.args)) {
    const name = arg.several ? `${arg.placeholder}...` : arg.placeholder;
    parser.argument(arg.required ? `<${name}>` : `[${name}]`);
  }
  for (const [name, { placeholder }] of Object.entries(command.options))
    parser.addOption(flagOf(name, placeholder));
  for (const [name, { placeholder, short }] of globalsOfCommand(command)) {
    parser.addOption(flagOf(name, placeholder, short));
  }
  try {
    parser.parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw usage(command.name, mistake(command, error));
  }
  return { input: inputOf(command, parser), globals: globalsOf(command, parser) };
}

function flagOf(name: string, placeholder: string | null, short: string | null = null): Flag {
  const long = placeholder === null ? `--${name}` : `--${name} <${placeholder}>`;
  return new Flag(short === null ? long : `-${short}, ${long}`);
}

function inputOf(command: Command, parser: Parser): AnyInput {
  const args = Object.entries(command.args).map(([name, arg], i) => {
    const given = parser.processedArgs[i] as string | readonly string[] | undefined;
    const words = given === undefined ? [] : typeof given === 'string' ? [given] : given;
    return [name, parsed(command.name, arg.placeholder, words.join(' '), () => arg.parse(words))] as const;
  });
  const options = Object.entries(command.options).map(([name, option]) => {
    const given = givenOf(parser, name);
    return [name, parsed(command.name, `--${name}`, given ?? '', () => option.parse(given))] as const;
  });
  return { args: fromEntries(args), options: fromEntries(options) };
}

function fromEntries(entries: readonly (readonly [string, unknown])[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function parsed(command: string, what: string, given: string, parse: () => unknown): unknown {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const meant = guess(given, error.words);
    throw usage(command, `${what} is ${JSON.stringify(given)}; expected ${error.message}.${meant}`);
  }
}

function globalsOf(command: Command, parser: Parser): Parsed['globals'] {
  const given = globalsOfCommand(command).flatMap(([name]) => {
    const value = givenOf(parser, name);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(given) as Parsed['globals'];
}

function givenOf(parser: Parser, name: string): string | undefined {
  const value =
    parser.opts<Record<string, string | true | undefined>>()[new Flag(`--${name}`).attributeName()];
  return value === true ? '' : value;
}

/** commander's complaint in words of ours, with what was meant where that is likely. */
function mistake(command: Command, { code, message }: CommanderError): string {
  const [, named = ''] = /'([^']*)'/.exec(message) ?? [];
  switch (code) {
    case 'commander.missingArgument': {
      const arg = Object.values(command.args).find(({ placeholder }) => named.startsWith(placeholder));
      return `${arg?.placeholder ?? named} is missing: ${arg?.summary ?? 'see the help'}.`;
    }
    case 'commander.excessArguments': {
      const takes = Object.values(command.args).map(({ placeholder }) => placeholder);
      const given = message.slice(message.lastIndexOf(': ') + 2).replace(/\.$/, '');
      return takes.length === 0
        ? `${command.name} takes no arguments; given: ${given}.`
        : `${command.name} takes ${takes.join(' and ')} and no more; given: ${given}.`;
    }
    case 'commander.optionMissingArgument': {
      const [, flag = named, value = 'a value'] = /(--[a-z-]+) <([^>]+)>/.exec(named) ?? [];
      return `${flag} is followed by ${value}.`;
    }
    case 'commander.unknownOption':
      return `There is no option ${named}.${guess(named, optionsOf(command))}`;
    default:
      return sentence(message);
  }
}

function optionsOf(command: Command): readonly string[] {
  const globals = globalsOfCommand(command).map(([name]) => name);
  return [...Object.keys(command.options), ...globals, 'help'].map((name) => `--${name}`);
}

/** ` Did you mean X?`, or nothing. */
export function guess(typed: string, words: readonly string[]): string {
  const meant = nearest(typed, words);
  return meant === null ? '' : ` Did you mean ${meant}?`;
}

/** `error: something` as a sentence. */
function sentence(message: string): string {
  const text = message.replace(/^error: /, '').replaceAll('\n', ' ');
  const said = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.)]$/.test(said) ? said : `${said}.`;
}

export function usage(command: string | null, message: string): ReplabError {
  return new ReplabError('usage', { command, message });
}
