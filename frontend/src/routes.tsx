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
import { investmentSchema } from "./pages/investment/search";
import { issuesSchema } from "./pages/issues/search";
import { NotFoundPage } from "./pages/NotFoundPage";
import { peopleSchema } from "./pages/people/search";
import { searchSchema } from "./pages/pull-requests/search";
import { testsSchema } from "./pages/tests/search";
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
