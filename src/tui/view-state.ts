import type { ViewName } from '../commands/watch.ts';
import type { NodeId } from '../protocol/node-id.ts';

/** What whoever watches has chosen; changed by keys only. */
export interface ViewState {
  readonly view: ViewName;
  readonly selected: NodeId;
  /** The selected node's own page, instead of the view. */
  readonly zoomed: boolean;
  /** Rows that were scrolled past: from the top, in events from the newest. */
  readonly scroll: number;
  readonly filter: string;
  readonly input: Input;
  /** The view stands still; the cluster does not. */
  readonly paused: boolean;
  readonly said: Said | null;
}

/** Where keys go. */
export type Input =
  | { readonly kind: 'keys' }
  | { readonly kind: 'help' }
  /** `before`: what Esc brings back. */
  | { readonly kind: 'filter'; readonly before: string }
  | { readonly kind: 'command'; readonly text: string }
  | { readonly kind: 'ask'; readonly question: string; readonly words: readonly string[] };

/** The line above the keys: what was done, as one would type it, and what came of it. */
export interface Said {
  readonly level: 'good' | 'caution' | 'bad' | 'dim';
  readonly command: string | null;
  readonly text: string;
}

/** What a key asks of the world. */
export type Effect =
  | { readonly kind: 'run'; readonly words: readonly string[] }
  | { readonly kind: 'leave' }
  | { readonly kind: 'interrupt' }
  | { readonly kind: 'suspend' }
  | { readonly kind: 'redraw' };

export interface Pressed {
  readonly state: ViewState;
  readonly effect?: Effect;
}

export function initialState(view: ViewName, selected: NodeId): ViewState {
  return {
    view,
    selected,
    zoomed: false,
    scroll: 0,
    filter: '',
    input: { kind: 'keys' },
    paused: false,
    said: null,
  };
}
