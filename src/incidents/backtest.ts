// The incidents that the triggers would have begun on a history of one series of session counts: the detector of the running
// exporter, run over values of the past.
import { type EpochMs, epochMs } from '../clock.js';
import type { TriggerSettings } from './settings.js';
import type { TriggerKind } from './triggers/conditions.js';
import { Detector } from './triggers/detector.js';

export interface PastIncident {
  readonly kinds: readonly TriggerKind[];
  readonly startedAt: EpochMs;
  /** Undefined where it lasts at the end of the history. */
  readonly endedAt: EpochMs | undefined;
  /** When a record of it would have been there. */
  readonly recordedAt: EpochMs;
  /** What was usual then. */
  readonly usual: number;
  /** The highest value from its start to its end. */
  readonly peak: number;
}

export interface Backtest {
  /** In the order of time. */
  readonly incidents: readonly PastIncident[];
  /** Not recorded, as the node had its share of the day. */
  readonly suppressed: number;
}

/** `instants`, in milliseconds since the epoch, ascend; each has its value. */
export function backtest(
  instants: ArrayLike<number>,
  values: ArrayLike<number>,
  settings: TriggerSettings,
): Backtest {
  const detector = new Detector(settings);
  const incidents: PastIncident[] = [];
  let lasting: PastIncident | undefined;
  let suppressed = 0;
  // Since a condition has held in a row.
  let rising = 0;
  for (let index = 0; index < instants.length; index++) {
    const at = epochMs(instants[index] ?? Number.NaN);
    const sessions = values[index] ?? Number.NaN;
    const { news, holding, usual } = detector.observe(at, { sessions });
    rising = holding.length > 0 ? Math.max(rising, sessions) : 0;
    if (news?.type === 'began') {
      const { kinds, startedAt } = news;
      lasting = {
        kinds,
        startedAt,
        endedAt: undefined,
        recordedAt: at,
        usual: usual.sessions ?? 0,
        peak: rising,
      };
    } else if (lasting !== undefined && news?.type === 'goes on') {
      lasting = { ...lasting, kinds: news.kinds, peak: Math.max(lasting.peak, rising) };
    } else if (lasting !== undefined && news?.type === 'ended') {
      incidents.push({ ...lasting, endedAt: news.endedAt });
      lasting = undefined;
    } else if (news?.type === 'suppressed') {
      suppressed++;
    }
  }
  return { incidents: lasting === undefined ? incidents : [...incidents, lasting], suppressed };
}
