import type { FirewallRuleSet_Schedule } from '../../realization/resources.pb.js';

/** Whether rules of a schedule count at a moment; without one they always do. The last minute still belongs to the window. */
export function isInForce(schedule: FirewallRuleSet_Schedule | undefined, at: Date): boolean {
  if (!schedule) return true;
  const { day, weekday, minute } = calendar(at, schedule.localTime);
  const { firstDay, lastDay, days, fromMinute, toMinute } = schedule;
  if (day < firstDay || day > lastDay) return false;
  if (days.length > 0) return days.includes(weekday) && minute >= fromMinute && minute <= toMinute;
  return (day > firstDay || minute >= fromMinute) && (day < lastDay || minute <= toMinute);
}

function calendar(at: Date, local: boolean): { readonly day: string; readonly weekday: number; readonly minute: number } {
  // Shifted by the offset, the universal fields are the local ones.
  const shown = local ? new Date(at.getTime() - at.getTimezoneOffset() * 60_000) : at;
  return { day: shown.toISOString().slice(0, 10), weekday: shown.getUTCDay(), minute: shown.getUTCHours() * 60 + shown.getUTCMinutes() };
}
