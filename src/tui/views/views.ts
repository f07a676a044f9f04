import type { ViewName } from '../../commands/watch.ts';
import type { View } from '../view.ts';
import { events } from './events.ts';
import { keys } from './keys.ts';
import { links } from './links.ts';
import { map } from './map.ts';
import { overview } from './overview.ts';

/** Every view, by the name `--view` takes. */
export const views: Readonly<Record<ViewName, View>> = { overview, links, keys, events, map };
