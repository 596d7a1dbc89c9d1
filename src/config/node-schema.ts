// Which nodes of a project are collected: the keys of an item of `nodes`, and those of `discovery`.
import * as v from 'valibot';
import { INSTANCE_ID, NODE_ID } from '../model/ids.js';
import { cron, described, duration, flag, oneOf, someText, text } from './kinds.js';
import { labels } from './label-schema.js';
import { namedValues, section } from './section.js';

const ROLES = ['master', 'slave', 'both'] as const;

export function nodeSection() {
  return section({
    instance_id: described('Id of the TaurusDB instance', text(INSTANCE_ID.kind, INSTANCE_ID.matches)),
    node_id: described('Id of the node', text(NODE_ID.kind, NODE_ID.matches)),
    name: v.exactOptional(described('Shown as the label `node_name`', someText())),
    labels: v.nullish(described("Added to this node's session series, by name", labels()), {}),
    schedule: v.exactOptional(
      described('When the node is collected, instead of `collection.schedule`', cron()),
    ),
  });
}

export function discoverySection() {
  return section({
    enabled: v.optional(described('Whether to look for instances', flag()), false),
    refresh: v.optional(described('How often to look', duration('1s', '1d')), '10m'),
    instance_name: v.optional(
      described('Instances to take: a glob (`*`, `?`) of the whole name, minding case', someText('a glob')),
      '*',
    ),
    tags: v.nullish(
      described(
        'Instances to take: a glob for the value of each of these tags',
        namedValues(someText('a tag name'), someText('a glob')),
      ),
      {},
    ),
    role: v.optional(described('Nodes to take', oneOf(ROLES)), 'both'),
    status: v.nullish(
      described(
        'Instances to take: their status, in any case; empty: every one that is not known to be down',
        v.array(someText('a status'), 'expected a list'),
      ),
      [],
    ),
  });
}
