// Names that programs make up anew each time, of savepoints and of the database to use: `?`, as in the text. Each of them would
// have a shape, and one digest would take up all counters.
import { SHAPE } from '../../layout';
import { BACKTICK, BLANK, capitals, isWordByte, SEMICOLON, wordEnd } from './sql';

const QUESTION_MARK: u8 = 0x3f;
const NINE_LETTERS: u32 = 9;
// Words, as `capitals` has them; of SAVEPOINT without the T.
const SAVEPOIN: u64 = 0x4e49_4f50_4556_4153;
const RELEASE: u64 = 0x0045_5341_454c_4552;
const ROLLBACK: u64 = 0x4b43_4142_4c4c_4f52;
const WORK: u64 = 0x4b52_4f57;
const TO: u64 = 0x4f54;
const USE: u64 = 0x45_5355;

/** Of the whole shape of a whole statement; returns its end. */
export function withoutMadeUpName(end: u32): u32 {
  // Most statements begin otherwise.
  const first = capitals(SHAPE, 2);
  if (
    first !== (SAVEPOIN & 0xffff) &&
    first !== (RELEASE & 0xffff) &&
    first !== (ROLLBACK & 0xffff) &&
    first !== (USE & 0xffff)
  ) {
    return end;
  }
  const name = nameAt(end);
  if (name === 0 || !isName(name, endBefore(end, name))) {
    return end;
  }
  store<u8>(name, QUESTION_MARK);
  return name + 1;
}

/** Where the name may be, or 0. */
function nameAt(end: u32): u32 {
  const second = behind(SHAPE, end);
  if (isWord(SHAPE, USE) || isSavepoint(SHAPE)) {
    return second;
  }
  if (isWord(SHAPE, RELEASE)) {
    return isSavepoint(second) ? behind(second, end) : 0;
  }
  if (!isWord(SHAPE, ROLLBACK)) {
    return 0;
  }
  const to = isWord(second, WORK) ? behind(second, end) : second;
  const third = isWord(to, TO) ? behind(to, end) : 0;
  const fourth = isSavepoint(third) ? behind(third, end) : 0;
  return fourth === 0 ? third : fourth;
}

/** Where what follows the word begins, if that is a word or a name in backticks; else 0. */
function behind(word: u32, end: u32): u32 {
  const gap = word === 0 ? end : wordEnd(word, end);
  let at = gap;
  while (at < end && load<u8>(at) <= BLANK) {
    at++;
  }
  return at > gap && at < end && (isWordByte(load<u8>(at)) || load<u8>(at) === BACKTICK) ? at : 0;
}

/** Where the word is at most eight letters long; behind a shape stands no letter that matters. */
function isWord(at: u32, word: u64): bool {
  const length = 8 - ((clz(word) as u32) >>> 3);
  return at !== 0 && capitals(at, length) === word && !isWordByte(load<u8>(at + length));
}

function isSavepoint(at: u32): bool {
  return (
    at !== 0 &&
    wordEnd(at, at + NINE_LETTERS + 1) - at === NINE_LETTERS &&
    capitals(at, 8) === SAVEPOIN &&
    (load<u8>(at, 8) & 0xdf) === 0x54
  );
}

/** Without gaps and semicolons. */
function endBefore(from: u32, least: u32): u32 {
  let end = from;
  while (end > least && (load<u8>(end - 1) <= BLANK || load<u8>(end - 1) === SEMICOLON)) {
    end--;
  }
  return end;
}

/** Whether there is nothing but a word, or a name in backticks without such in it. */
function isName(at: u32, end: u32): bool {
  if (load<u8>(at) !== BACKTICK) {
    return wordEnd(at, end) === end;
  }
  let closing = at + 1;
  while (closing < end && load<u8>(closing) !== BACKTICK) {
    closing++;
  }
  return closing + 1 === end;
}
