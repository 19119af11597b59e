import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Completeness, Me } from "../../api/types";
import { Message } from "../../ui/Message";
import { EmptyRange, lookBack } from "../filters/EmptyRange";
import type { Scope } from "../filters/search";
import { ENVIRONMENTS } from "./names";
import { pageQuery } from "./queries";
import type { DeploymentFilters } from "./types";
import type { ChangeDelivery } from "./useDeliverySearch";
import { rulesAddress } from "./WhatCounts";

/** No deployment is known of any service: says what would be one, and where rules are made. */
export function NothingDefined({ me }: { me: Me }) {
  const rules = rulesAddress(me);
  return (
    <Message
      title="No deployment is defined yet"
      step={
        rules && (
          <Button component="a" href={rules}>
            Define deployments
          </Button>
        )
      }
    >
      <p>
        Nothing that was collected is a deployment by the built-in names of environments, and no
        rule makes one of it. So the four keys cannot be measured.
      </p>
      <p>
        {rules
          ? "Make a rule: a workflow, a check, a release, a tag or a merge to a branch can be a deployment. Or report them by API."
          : "Ask an administrator to say what a deployment is: a workflow, a release, a tag, or a merge to a branch."}
      </p>
    </Message>
  );
}

/** Nothing was deployed in the range: offers the nearest range before today in which something was. */
export function NothingDeployed({
  filters,
  scope,
  completeness,
  today,
  timeZone,
  onChange,
}: {
  filters: DeploymentFilters;
  scope: Scope;
  completeness: Completeness;
  today: string;
  timeZone: string;
  onChange: ChangeDelivery;
}) {
  const latest = useQuery(
    pageQuery({
      ...filters,
      ...lookBack(scope, today),
      outcome: "succeeded",
      search: "",
      sort: "-finished_at",
      page: 1,
      page_size: 1,
    }),
  );
  const where = ENVIRONMENTS[filters.environment ?? "production"].toLowerCase();
  return (
    <EmptyRange
      title={`Nothing was deployed to ${where}`}
      latest={latest.isPending ? undefined : (latest.data?.items[0]?.finished_at ?? null)}
      say={(day) => `The latest deployment to ${where} was on ${day}.`}
      nothing="Choose another environment, service or team."
      scope={scope}
      completeness={completeness}
      timeZone={timeZone}
      onChange={onChange}
    />
  );
}
