import assert from 'node:assert/strict';
import { capacityWarnings } from '../../src/schedule/capacity.js';

const nodes = (count: number, project: string, schedule: string) =>
  Array.from({ length: count }, () => ({ project, schedule }));

/** Requests per second. */
const BUDGETS = new Map([
  ['production', 10],
  ['test', 10],
]);

describe('capacityWarnings', () => {
  it('has nothing to say of 150 nodes a minute at 10 requests per second', () => {
    assert.deepEqual(capacityWarnings(nodes(150, 'production', '60000'), Number, BUDGETS), []);
    assert.deepEqual(capacityWarnings(nodes(5, 'production', '2000'), Number, BUDGETS), []);
  });

  it('warns of one node more, with the numbers', () => {
    assert.deepEqual(capacityWarnings(nodes(151, 'production', '60000'), Number, BUDGETS), [
      {
        project: 'production',
        warning:
          'schedules of project "production": got 151 nodes that need 10.07 requests per second (4 for each collection), ' +
          'expected at most 10 (api.max_requests_per_second): collections will be late or skipped',
      },
    ]);
  });

  it('adds up the schedules of a project and judges each project by itself', () => {
    const fleet = [
      ...nodes(100, 'production', '60000'),
      ...nodes(10, 'production', '10000'),
      ...nodes(100, 'test', '60000'),
    ];
    const warnings = capacityWarnings(fleet, Number, BUDGETS);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]?.warning ?? '', /"production": got 110 nodes that need 10\.67 requests/u);
  });

  it('asks for the gap of a schedule once', () => {
    const asked: string[] = [];
    capacityWarnings(nodes(50, 'production', '60000'), (schedule) => asked.push(schedule), BUDGETS);
    assert.deepEqual(asked, ['60000']);
  });
});
