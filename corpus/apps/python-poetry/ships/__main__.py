from datetime import timedelta

import humanize

print("sailed", humanize.naturaltime(timedelta(days=3)))
