// Which names of time zones a configuration may use: UTC, and places of the IANA database. Intl takes more of them, and
// reads many otherwise than people mean: CST, which is China's time to most who write it here, as that of Chicago.

const PLACE =
  /^(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Europe|Indian|Mexico|Pacific|US)\//iu;
/** Node from 22 on takes some of them, and Etc/GMT+8 is what others write as UTC-8. */
const OFFSET = /^(?:Etc\/)?(?:UTC|GMT)?[+-]\d/iu;

/** What abbreviations mean to those who write them. */
const PLACES_OF: Readonly<Record<string, string>> = {
  AST: 'Asia/Riyadh or America/Halifax',
  BST: 'Europe/London or Asia/Dhaka',
  CDT: 'America/Chicago or America/Havana',
  CEST: 'Europe/Berlin or Europe/Paris',
  CET: 'Europe/Berlin or Europe/Paris',
  CST: 'Asia/Shanghai or America/Chicago',
  EDT: 'America/New_York',
  EET: 'Europe/Helsinki or Africa/Cairo',
  EST: 'America/New_York or America/Panama',
  GMT: 'UTC or Europe/London',
  HKT: 'Asia/Hong_Kong',
  HST: 'Pacific/Honolulu',
  IST: 'Asia/Kolkata, Asia/Jerusalem or Europe/Dublin',
  JST: 'Asia/Tokyo',
  KST: 'Asia/Seoul',
  MDT: 'America/Denver',
  MET: 'Europe/Berlin or Europe/Paris',
  MSK: 'Europe/Moscow',
  MST: 'America/Denver, America/Phoenix or Asia/Kuala_Lumpur',
  PDT: 'America/Los_Angeles',
  PST: 'America/Los_Angeles or Asia/Manila',
  SGT: 'Asia/Singapore',
  SST: 'Asia/Singapore or Pacific/Pago_Pago',
  WET: 'Europe/Lisbon',
  WIB: 'Asia/Jakarta',
  Z: 'UTC',
};

/** The name as it is to be used and shown, in the letter case of the database where that is known; undefined for any other text. */
export function zoneNamed(text: string): string | undefined {
  if (/^(?:Etc\/)?UTC$/iu.test(text)) {
    return 'UTC';
  }
  const known = PLACE.test(text) ? knownToIntl(text) : undefined;
  // A second name of the same zone stays as it is written: Intl only knows the first one.
  return known?.toLowerCase() === text.toLowerCase() ? known : known && text;
}

/** What to write instead of a text that is no name; undefined where there is nothing to go by. */
export function zoneMeantBy(text: string): string | undefined {
  if (OFFSET.test(text)) {
    return 'an offset is not a place, and Etc/GMT+8 is 8 hours behind UTC: write a place in your time zone, such as Asia/Shanghai';
  }
  const abbreviation = text.toUpperCase();
  if (Object.hasOwn(PLACES_OF, abbreviation)) {
    const places = PLACES_OF[abbreviation] ?? '';
    return places.includes(' or ')
      ? `an abbreviation can mean several: write ${places}`
      : `an abbreviation is not a name of the database: write ${places}`;
  }
  const known = knownToIntl(text);
  return known !== undefined && zoneNamed(known) !== undefined
    ? `write ${known} if you mean that`
    : undefined;
}

function knownToIntl(name: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
