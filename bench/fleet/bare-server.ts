// What Node itself takes: a server that knows nothing but how to say that it is there.
import { createServer } from 'node:http';

createServer((_, response) => response.end('healthy\n')).listen(Number(process.argv[2]), '127.0.0.1');
