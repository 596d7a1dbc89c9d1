// What is asked of the program, rarely: once for most texts, and where a cell is written in an unusual way. Kernel's
// imports; ../kernel.ts says what each of them means.

export declare function learn(column: u32, at: u32, length: u32): u32;
export declare function longText(column: u32, at: u32, length: u32): u32;
export declare function oddHost(at: u32, end: u32): u32;
export declare function oddNumber(column: u32, at: u32, end: u32): f64;
export declare function oddTransaction(at: u32, end: u32): bool;
export declare function isHeader(record: u32): bool;
export declare function reject(record: u32): void;
export declare function grew(): void;
export declare function refuseMemory(bytes: u32): void;
