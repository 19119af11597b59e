import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { counted } from "../../ui/numbers";
import { ENVIRONMENTS, serviceName } from "./names";
import { choicesQuery } from "./queries";
import classes from "./ServicePicker.module.css";
import { type DeliverySearch, ENVIRONMENT_NAMES, narrowing } from "./search";
import type { Choices } from "./types";
import type { ChangeDelivery } from "./useDeliverySearch";

const ALL = "*";
const SHARED = {
  size: "sm",
  allowDeselect: false,
  checkIconPosition: "right",
} as const;

/** Of which service, and to which kind of environment. */
export function ServicePicker({
  search,
  onChange,
}: {
  search: DeliverySearch;
  onChange: ChangeDelivery;
}) {
  const { data } = useQuery(choicesQuery);
  const { environment, repository, service } = narrowing(search);
  const chosen = service && repository ? keyOf({ repository, service }) : ALL;
  const services = servicesOf(data, search);
  return (
    <>
      <Select
        {...SHARED}
        className={classes.environment}
        label="Environment"
        data={ENVIRONMENT_NAMES.map((value) => ({ value, label: ENVIRONMENTS[value] }))}
        value={environment}
        renderOption={({ option }) => (
          <span>
            {option.label} <span className={classes.soft}>{deployed(data, option.value)}</span>
          </span>
        )}
        onChange={(value) =>
          onChange({
            environment: ENVIRONMENT_NAMES.find((name) => name === value),
            page: undefined,
          })
        }
      />
      <Select
        {...SHARED}
        className={classes.service}
        label="Service"
        searchable
        selectFirstOptionOnChange
        onFocus={(event) => event.currentTarget.select()}
        maxDropdownHeight={320}
        data={[
          { value: ALL, label: "All services" },
          ...services.map((one) => ({ value: keyOf(one), label: serviceName(one) })),
        ]}
        value={chosen}
        onChange={(value) => {
          const found = services.find((one) => keyOf(one) === value);
          onChange({
            repository: found?.repository,
            service: found?.service,
            page: undefined,
          });
        }}
      />
    </>
  );
}

type Service = { repository: string; service: string };

/** No repository's name holds a space. */
function keyOf({ repository, service }: Service): string {
  return `${repository} ${service}`;
}

/** What there is to choose from; and what the address names, though nothing of it is known. */
function servicesOf(choices: Choices | undefined, search: DeliverySearch): Service[] {
  const known: Service[] = choices?.services ?? [];
  const { repository, service } = search;
  if (!repository || !service) return known;
  const named = { repository, service };
  return known.some((one) => keyOf(one) === keyOf(named)) ? known : [named, ...known];
}

function deployed(choices: Choices | undefined, environment: string): string {
  const found = choices?.environments.find((one) => one.environment === environment);
  return choices === undefined ? "" : counted(found?.deployments ?? 0, "deployment");
}
