/* routes: every call that td-local answers, one table for each family. */
#ifndef ROUTES_H
#define ROUTES_H

#include "http/answer.h"
#include "http/params.h"
#include "http/route.h"
#include "routes/service.h"
#include "store/td_clock.h"

extern const struct route bulk_routes[], controls_routes[], databases_routes[], imports_routes[],
	jobs_routes[], misc_routes[], named_results_routes[], page_routes[], schedules_routes[],
	settings_routes[], tables_routes[];

#endif
