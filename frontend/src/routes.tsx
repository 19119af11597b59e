import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouterHistory,
  redirect,
} from "@tanstack/react-router";
import { meQuery, statusQuery } from "./api/queries";
import { qualitySchema } from "./pages/data-quality/search";
import { deliverySchema } from "./pages/delivery/search";
import { FailurePage } from "./pages/FailurePage";
import { assessmentsSchema } from "./pages/governance/assessments/search";
import { auditSchema } from "./pages/governance/audit/search";
import { erasuresSchema } from "./pages/governance/erasures/search";
import { incidentsSchema } from "./pages/governance/incidents/search";
import { inventorySchema } from "./pages/governance/inventory/search";
import { outboundSchema } from "./pages/governance/outbound/search";
import { overviewSchema } from "./pages/governance/overview/search";
import { requestsSchema } from "./pages/governance/requests/search";
import { retentionSchema } from "./pages/governance/retention/search";
import { investmentSchema } from "./pages/investment/search";
import { issuesSchema } from "./pages/issues/search";
import { NotFoundPage } from "./pages/NotFoundPage";
import { peopleSchema } from "./pages/people/search";
import { searchSchema } from "./pages/pull-requests/search";
import { testsSchema } from "./pages/tests/search";
import { yourDataSchema } from "./pages/your-data/search";
import { Shell } from "./shell/Shell";

const root = createRootRouteWithContext<{ client: QueryClient }>()({
  loader: ({ context: { client } }) => {
    void client.prefetchQuery(statusQuery);
    return client.ensureQueryData(meQuery).then(() => undefined);
  },
  component: Shell,
  notFoundComponent: NotFoundPage,
  errorComponent: FailurePage,
});

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/pull-requests", replace: true });
  },
});

const pullRequests = createRoute({
  getParentRoute: () => root,
  path: "/pull-requests",
  validateSearch: searchSchema,
  component: lazyRouteComponent(() => import("./pages/pull-requests/PullRequestsPage")),
});

const delivery = createRoute({
  getParentRoute: () => root,
  path: "/delivery",
  validateSearch: deliverySchema,
  component: lazyRouteComponent(() => import("./pages/delivery/DeliveryPage")),
});

const tests = createRoute({
  getParentRoute: () => root,
  path: "/tests",
  validateSearch: testsSchema,
  component: lazyRouteComponent(() => import("./pages/tests/TestsPage")),
});

const issues = createRoute({
  getParentRoute: () => root,
  path: "/issues",
  validateSearch: issuesSchema,
  component: lazyRouteComponent(() => import("./pages/issues/IssuesPage")),
});

const investment = createRoute({
  getParentRoute: () => root,
  path: "/investment",
  validateSearch: investmentSchema,
  component: lazyRouteComponent(() => import("./pages/investment/InvestmentPage")),
});

const dataQuality = createRoute({
  getParentRoute: () => root,
  path: "/data-quality",
  validateSearch: qualitySchema,
  component: lazyRouteComponent(() => import("./pages/data-quality/DataQualityPage")),
});

const people = createRoute({
  getParentRoute: () => root,
  path: "/people",
  validateSearch: peopleSchema,
  component: lazyRouteComponent(() => import("./pages/people/PeoplePage")),
});

const yourData = createRoute({
  getParentRoute: () => root,
  path: "/your-data",
  validateSearch: yourDataSchema,
  component: lazyRouteComponent(() => import("./pages/your-data/YourDataPage")),
});

const governance = createRoute({
  getParentRoute: () => root,
  path: "/governance",
  component: lazyRouteComponent(() => import("./pages/governance/GovernancePage")),
});

const governanceHome = createRoute({
  getParentRoute: () => governance,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/governance/overview", replace: true });
  },
});

const overview = createRoute({
  getParentRoute: () => governance,
  path: "/overview",
  validateSearch: overviewSchema,
  component: lazyRouteComponent(() => import("./pages/governance/overview/OverviewPart")),
});

const assessments = createRoute({
  getParentRoute: () => governance,
  path: "/assessments",
  validateSearch: assessmentsSchema,
  component: lazyRouteComponent(() => import("./pages/governance/assessments/AssessmentsPart")),
});

const inventory = createRoute({
  getParentRoute: () => governance,
  path: "/inventory",
  validateSearch: inventorySchema,
  component: lazyRouteComponent(() => import("./pages/governance/inventory/InventoryPart")),
});

const audit = createRoute({
  getParentRoute: () => governance,
  path: "/audit",
  validateSearch: auditSchema,
  component: lazyRouteComponent(() => import("./pages/governance/audit/AuditPart")),
});

const erasures = createRoute({
  getParentRoute: () => governance,
  path: "/erasures",
  validateSearch: erasuresSchema,
  component: lazyRouteComponent(() => import("./pages/governance/erasures/ErasuresPart")),
});

const requests = createRoute({
  getParentRoute: () => governance,
  path: "/requests",
  validateSearch: requestsSchema,
  component: lazyRouteComponent(() => import("./pages/governance/requests/RequestsPart")),
});

const incidents = createRoute({
  getParentRoute: () => governance,
  path: "/incidents",
  validateSearch: incidentsSchema,
  component: lazyRouteComponent(() => import("./pages/governance/incidents/IncidentsPart")),
});

const retention = createRoute({
  getParentRoute: () => governance,
  path: "/retention",
  validateSearch: retentionSchema,
  component: lazyRouteComponent(() => import("./pages/governance/retention/RetentionPart")),
});

const backups = createRoute({
  getParentRoute: () => governance,
  path: "/backups",
  component: lazyRouteComponent(() => import("./pages/governance/backups/BackupsPart")),
});

const outbound = createRoute({
  getParentRoute: () => governance,
  path: "/outbound",
  validateSearch: outboundSchema,
  component: lazyRouteComponent(() => import("./pages/governance/outbound/OutboundPart")),
});

/** The browser's own history, unless a test brings one. */
export function makeRouter(client: QueryClient, history?: RouterHistory) {
  return createRouter({
    history,
    routeTree: root.addChildren([
      home,
      pullRequests,
      delivery,
      issues,
      tests,
      investment,
      dataQuality,
      people,
      yourData,
      governance.addChildren([
        governanceHome,
        overview,
        assessments,
        inventory,
        audit,
        erasures,
        requests,
        incidents,
        retention,
        backups,
        outbound,
      ]),
    ]),
    context: { client },
    defaultErrorComponent: FailurePage,
    defaultPreload: false,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
