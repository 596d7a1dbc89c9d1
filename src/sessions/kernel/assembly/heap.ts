// Memory for texts, their hash tables, and records that are long: taken, and given back all at once when a file has been read.
import { BYTES, BYTES_ROOM, HEAP, SLACK, WORD } from '../layout';
import { grew, refuseMemory } from './asks';

const PAGE = 65_536;
/** What is no larger may be taken of something that was given back. */
const MOST_OF_SPARE: u32 = 1_024;

let top: u32 = HEAP;
let end: u32 = 0;
/** What is left of something given back, and what else was: each one says where the next is, and where it ends. */
let spareTop: u32 = 0;
let spareEnd: u32 = 0;
let spares: u32 = 0;

/** Where the bytes that are read lie, and how many there is room for. */
let bytes: u32 = BYTES;
let room: u32 = BYTES_ROOM;
/** Of BYTES so many may have been written to. */
let used: u32 = 0;

export function resetHeap(): void {
  top = HEAP;
  end = memoryEnd();
  spareTop = 0;
  spareEnd = 0;
  spares = 0;
  bytes = BYTES;
  room = BYTES_ROOM;
  used = 0;
}

/** Overwrites all that was taken, and what was read. */
export function wipeHeap(): void {
  memory.fill(HEAP, 0, top - HEAP + SLACK);
  memory.fill(BYTES, 0, used);
}

/** Not zeroed; aligned to words. Behind it are SLACK bytes that may be written, until the next are taken. */
export function take(size: u32): u32 {
  const aligned = (size + 3) & ~3;
  if (aligned <= MOST_OF_SPARE) {
    if (spareTop + aligned > spareEnd && spares !== 0) {
      spareTop = spares;
      spareEnd = load<u32>(spares, WORD);
      spares = load<u32>(spares);
    }
    if (spareTop + aligned <= spareEnd) {
      spareTop += aligned;
      return spareTop - aligned;
    }
  }
  if (top + aligned > end) {
    grow(top + aligned - end);
  }
  top += aligned;
  return top - aligned;
}

/** What was taken, to be taken again in small parts: at least SLACK bytes and two words. */
export function giveBack(at: u32, size: u32): void {
  store<u32>(at, spares);
  store<u32>(at, at + size - SLACK, WORD);
  spares = at;
}

/** Where at least `least` bytes fit, the first `kept` of them what they are. */
export function roomFor(least: u32, kept: u32): u32 {
  used = min(max(used, least), BYTES_ROOM + SLACK);
  if (least > room) {
    const old = bytes;
    const oldSize = room + SLACK;
    room = max(2 * room, least);
    bytes = take(room + SLACK);
    memory.copy(bytes, old, kept);
    giveBack(old, oldSize);
  }
  return bytes;
}

/** By more than is missing, so that it is not soon done again. */
function grow(missing: u32): void {
  const pages = (missing + PAGE - 1) / PAGE;
  if (memory.grow(max(pages, memory.size() / 8)) < 0 && memory.grow(pages) < 0) {
    refuseMemory(memory.size() * PAGE);
  }
  grew();
  end = memoryEnd();
}

function memoryEnd(): u32 {
  return memory.size() * PAGE - SLACK;
}
