import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "../../../api/client";
import type { components } from "../../../api/schema";

type Schemas = components["schemas"];
export type Backups = Schemas["Backups"];
export type Backup = Schemas["KeptBackup"];
export type Drill = Schemas["BackupDrill"];

export const backupsQuery = queryOptions({
  queryKey: ["backups"],
  queryFn: () => answer(api.GET("/api/v1/backups")),
});
