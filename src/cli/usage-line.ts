import type { Command } from '../commands/command.ts';

/** `put KEY [VALUE] [options]`. */
export function usageLine(command: Command): string {
  const args = Object.values(command.args).map(({ placeholder, required, several }) => {
    const word = several ? `${placeholder}...` : placeholder;
    return required ? word : `[${word}]`;
  });
  const options = Object.keys(command.options).length > 0 ? ['[options]'] : [];
  return [command.name, ...args, ...options].join(' ');
}
