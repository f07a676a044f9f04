import { faultCommand, resetOption } from './fault-command.ts';
import { required } from './params.ts';

export const cut = faultCommand({
  kind: 'cut',
  target: required(
    'FROM:TO',
    'who sends and who hears nothing: nodes, or `client`, `client@eu`; selectors are allowed',
  ),
  words: resetOption,
  notes: ['One way: TO hears nothing from FROM, while FROM hears TO. Cuts add up.'],
  examples: [
    { run: 'replab cut n1:n2', does: 'n2 hears nothing from n1' },
    { run: 'replab cut @leader:@followers --for 2s', does: 'no follower hears the leader for two seconds' },
    { run: 'replab cut @region:eu:@region:us', does: 'nothing that is sent in eu reaches us' },
    { run: 'replab cut client:@leader', does: 'the leader hears nothing from clients' },
  ],
});
