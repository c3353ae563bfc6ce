export const alertsFile = new URL("../alerts.yaml", import.meta.url).pathname;
