import type { Type } from '@nestjs/common';
import { Field, ObjectType } from '@nestjs/graphql';
import type { Page } from './page.js';
import { PageInfo } from './page.model.js';

/** The Relay connection to a type: `SourceConnection` with `SourceEdge` for `Source`. */
export function connectionTo<Node extends object>(Item: Type<Node>): Type<Page<Node>> {
  @ObjectType(`${Item.name}Edge`)
  class Edge {
    @Field(() => String)
    cursor!: string;

    @Field(() => Item)
    node!: Node;
  }

  @ObjectType(`${Item.name}Connection`)
  class Connection {
    @Field(() => [Edge])
    edges!: Edge[];

    @Field(() => PageInfo)
    pageInfo!: PageInfo;
  }
  return Connection;
}
